"""Schools of the network and their students."""
