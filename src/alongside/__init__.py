"""Social learning in the flow of work, beside the tools people already use."""
