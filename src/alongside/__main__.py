from alongside.config.command import main

main()
