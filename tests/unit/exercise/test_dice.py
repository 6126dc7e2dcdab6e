from skypact.exercise.dice import generator


def test_same_seed_and_purpose_same_draws() -> None:
    a, b = generator(7, "radar", "targets", 3), generator(7, "radar", "targets", 3)
    assert a.random(5).tolist() == b.random(5).tolist()


def test_other_seed_or_purpose_other_draws() -> None:
    first = generator(7, "radar", 1).random()
    assert first not in (generator(8, "radar", 1).random(), generator(7, "radar", 2).random())


def test_purposes_do_not_run_together() -> None:
    assert generator(1, "a", "b").random() != generator(1, "ab").random()
