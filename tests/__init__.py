"""Tests: unit (no I/O), integration (LocalStack as a subprocess), e2e (the running sandbox), notebooks."""
