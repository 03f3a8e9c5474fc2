"""The fonts of the letters, with their licence and the program that makes them."""
