"""Vietnamese letters in the encodings in which departments still send them."""
