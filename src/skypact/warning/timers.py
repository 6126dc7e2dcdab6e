"""When each open case wants attention: the earliest is found without looking at the others."""

import heapq

from skypact.warning.case import Case


class Timers:
    """Due times of cases. Whoever may change a case calls `touch`; its due time is read again when
    it is next asked for."""

    def __init__(self) -> None:
        self._order: dict[str, int] = {}
        self._due: dict[str, int] = {}
        self._touched: dict[str, Case] = {}
        self._heap: list[tuple[int, str]] = []
        self._count = 0

    def touch(self, case: Case) -> None:
        """Note that a case is new or may change."""
        self._touched[case.warning.warning_id] = case

    def first_ns(self) -> int | None:
        """Return the earliest due time, None when nothing is due ever."""
        self._settle()
        while self._heap:
            due_ns, warning_id = self._heap[0]
            if self._due.get(warning_id) == due_ns:
                return due_ns
            heapq.heappop(self._heap)
        return None

    def due(self, now_ns: int) -> list[str]:
        """Return the ids of cases due by now, in the order in which they were first touched."""
        found: list[str] = []
        while (first_ns := self.first_ns()) is not None and first_ns <= now_ns:
            _, warning_id = heapq.heappop(self._heap)
            del self._due[warning_id]
            found.append(warning_id)
        return sorted(found, key=self._order.__getitem__)

    def _settle(self) -> None:
        for warning_id, case in self._touched.items():
            due_ns = case.due_ns
            if case.open and warning_id not in self._order:
                self._count += 1
                self._order[warning_id] = self._count
            elif not case.open:
                self._order.pop(warning_id, None)
            if due_ns is None:
                self._due.pop(warning_id, None)
            elif self._due.get(warning_id) != due_ns:
                self._due[warning_id] = due_ns
                heapq.heappush(self._heap, (due_ns, warning_id))
        self._touched.clear()
