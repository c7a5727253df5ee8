"""How the embedded models were trained. Nothing else in unelib imports this package."""
