"""How the embedded models were trained. Only the commands `train` and `card` import this room."""
