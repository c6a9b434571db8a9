"""Settings of the sandbox and the control of its running parts; standard library only."""
