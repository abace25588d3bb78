"""How work is started: definitions, jobs, resources and the command line. Nothing imports this package."""
