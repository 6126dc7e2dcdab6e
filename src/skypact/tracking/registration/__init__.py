"""Registration: what is wrong with each sensor, learnt from targets that several of them see."""
