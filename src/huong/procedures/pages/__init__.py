"""Pages of procedures: citizens', officers', and the one on which anybody checks a result."""
