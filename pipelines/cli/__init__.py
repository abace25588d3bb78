"""The command line: one module a group of commands. Does not belong here: doing the work that a command asks for."""
