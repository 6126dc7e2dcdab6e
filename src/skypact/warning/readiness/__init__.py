"""How ready each base or sector is: proposed by rules, set by people."""
