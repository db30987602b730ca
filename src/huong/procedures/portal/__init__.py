"""The national portal as a peer: which state is told how, and the call itself."""
