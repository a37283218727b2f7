"""The command line: one module per group of commands; heavy libraries load inside commands."""


def main() -> None:
    """Run the command line with the arguments of this process, and end it with its exit status."""
    from tiebeam.interfaces.cli.app import app

    app(prog_name="tiebeam")
