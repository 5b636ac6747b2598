"""The command `alongside`. What it does lies in config/commands, loaded when it is asked for."""

import os
import sys

import click

from alongside.config.options import WrongSetting

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Late(click.Group):
    """Finds a command's module by its name, so that `--help` answers at once."""

    modules = {
        "run": "running", "serve": "running", "work": "running", "bridge": "bridging", "connect": "bridging",
        "rotate-key": "bridging",
        "import": "archiving", "export": "archiving", "forget": "forgetting",
        "backup": "backing_up", "restore": "backing_up",
        "find": "finding", "keep": "keeping", "rebuild": "indexing", "check": "checking", "manage": "managing",
    }  # fmt: skip

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.modules:
            return None
        from importlib import import_module

        module = import_module(f"alongside.config.commands.{self.modules[cmd_name]}")
        return with_lines_kept(getattr(module, f"{cmd_name.replace('-', '_')}_"))


def with_lines_kept(command: click.Command) -> click.Command:
    r"""Examples stay one to a line: click wants the control character that `\b` stands for, docstrings hold its name."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    return command


@click.group(cls=Late, context_settings=HELP)
@click.version_option(package_name="alongside", message="Alongside %(version)s")
def alongside() -> None:
    r"""Alongside: find, beside the tools you already use, what colleagues worked out before.

    \b
    Example:
      alongside import acme-slack-export.zip
      alongside run
    """


def main() -> None:
    """Errors that a person can mend are one sentence on standard error, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    with_lines_kept(alongside)
    try:
        alongside.main(standalone_mode=True)
    except WrongSetting as error:
        click.echo(f"alongside: {error}", err=True)
        sys.exit(2)
