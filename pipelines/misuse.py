"""Misuse of a command. It has an exit code of its own, so that a script tells a wrong call from work that a person must do."""


class MisuseError(ValueError):
    """The options or arguments of a command are wrong, whatever the home holds."""
