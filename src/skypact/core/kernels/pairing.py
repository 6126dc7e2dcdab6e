"""Who is near whom, and who belongs to whom: neighbours by a sweep, least-cost assignment."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, signature, together


@part
def first_beyond(values: Any, least: Any) -> Any:
    """Return the index of the first of sorted values that is not below `least`."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@kernel(
    signature(together(arrays(I8, 1), arrays(I8, 1)), arrays(F8, 2), arrays(F8, 1), arrays(F8, 2))
)
def pairs_within(a_m: Any, reach_m: Any, b_m: Any) -> Any:
    """Return every pair (row of a, row of b) at most the reach of its a apart, ordered.

    a_m (N, 3), reach_m (N,), b_m (M, 3). A sweep along the first axis: b is sorted by it.
    """
    order = np.argsort(b_m[:, 0])
    along = b_m[order, 0]
    begin = np.zeros(len(a_m) + 1, np.int64)
    first = np.empty(0, np.int64)
    second = np.empty(0, np.int64)
    for filling in range(2):
        for i in range(len(a_m)):
            at = begin[i]
            reach2 = reach_m[i] * reach_m[i]
            k = first_beyond(along, a_m[i, 0] - reach_m[i])
            while k < len(along) and along[k] <= a_m[i, 0] + reach_m[i]:
                j = order[k]
                dx, dy, dz = a_m[i, 0] - b_m[j, 0], a_m[i, 1] - b_m[j, 1], a_m[i, 2] - b_m[j, 2]
                if dx * dx + dy * dy + dz * dz <= reach2:
                    if filling:
                        first[at], second[at] = i, j
                    at += 1
                k += 1
            if filling:
                second[begin[i] : at].sort()
            else:
                begin[i + 1] = at
        if not filling:
            first = np.empty(begin[-1], np.int64)
            second = np.empty(begin[-1], np.int64)
    return first, second


@kernel(
    signature(
        together(arrays(I8, 1), arrays(I8, 1)), arrays(F8, 2), arrays(F8, 1), arrays(I8, 1), F8, F8
    )
)
def foreign_within(at_m: Any, sd_m: Any, owner: Any, sds: float, reach_max_m: float) -> Any:
    """Return every pair (row, row) of points of different owners, the lower owner first, ordered,
    that are apart by at most `sds` times the sum of their spreads and at most the reach.

    at_m (N, 3); sd_m, owner (N,). A sweep along the axis on which the points lie widest.
    """
    axis, widest = 0, -1.0
    for k in range(3):
        wide = at_m[:, k].max() - at_m[:, k].min() if len(at_m) else 0.0
        if wide > widest:
            axis, widest = k, wide
    order = np.argsort(at_m[:, axis])
    along, sd_max_m = at_m[order, axis], sd_m.max() if len(sd_m) else 0.0
    found, pair = 0, np.empty((64, 2), np.int64)
    for k in range(len(order)):
        i = order[k]
        beyond = along[k] + min(reach_max_m, sds * (sd_m[i] + sd_max_m))
        for other in range(k + 1, len(order)):
            if along[other] > beyond:
                break
            j = order[other]
            if owner[i] == owner[j]:
                continue
            dx, dy, dz = at_m[i, 0] - at_m[j, 0], at_m[i, 1] - at_m[j, 1], at_m[i, 2] - at_m[j, 2]
            reach = min(reach_max_m, sds * (sd_m[i] + sd_m[j]))
            if dx * dx + dy * dy + dz * dz > reach * reach:
                continue
            if found == len(pair):
                more = np.empty((2 * found, 2), np.int64)
                more[:found] = pair
                pair = more
            first = i if owner[i] < owner[j] else j
            pair[found, 0], pair[found, 1] = first, i + j - first
            found += 1
    pair = pair[:found]
    sorted_ = np.argsort(pair[:, 0] * len(at_m) + pair[:, 1])
    return pair[sorted_, 0], pair[sorted_, 1]


@part
def root_of(parent: Any, node: Any) -> Any:
    """Return the root of a node's tree, and make the way shorter."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@part
def numbered(values: Any) -> Any:
    """Return how many different values there are, and the number of each, from 0."""
    order = np.argsort(values)
    number = np.empty(len(values), np.int64)
    count = 0
    for k in range(len(values)):
        if k > 0 and values[order[k]] != values[order[k - 1]]:
            count += 1
        number[order[k]] = count
    return (count + 1 if len(values) else 0), number


@part
def least_cost(cost: Any) -> Any:
    """Return the column each row takes at the least total cost; cost (n, m) with n <= m.

    Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957; Jonker, Volgenant 1987).
    """
    n, m = cost.shape
    row_price, column_price = np.zeros(n + 1), np.zeros(m + 1)
    owner = np.full(m + 1, n)
    came_from = np.zeros(m + 1, np.int64)
    for row in range(n):
        owner[m] = row
        column = m
        least = np.full(m + 1, np.inf)
        done = np.zeros(m + 1, np.bool_)
        while owner[column] != n:
            done[column] = True
            current, delta, following = owner[column], np.inf, m
            for j in range(m):
                if not done[j]:
                    reduced = cost[current, j] - row_price[current] - column_price[j]
                    if reduced < least[j]:
                        least[j], came_from[j] = reduced, column
                    if least[j] < delta:
                        delta, following = least[j], j
            for j in range(m + 1):
                if done[j]:
                    row_price[owner[j]] += delta
                    column_price[j] -= delta
                else:
                    least[j] -= delta
            column = following
        while column != m:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    taken = np.empty(n, np.int64)
    for j in range(m):
        if owner[j] < n:
            taken[owner[j]] = j
    return taken


@kernel(signature(arrays(I8, 1), arrays(I8, 1), arrays(I8, 1), arrays(F8, 1), F8))
def assigned(a: Any, b: Any, cost: Any, alone_cost: float) -> Any:
    """Return which pairs (sorted) hold in the one-to-one assignment of least total cost.

    a, b: (K,) who could be paired; cost (K,) of each pair; alone_cost: of each a that stays alone.
    Pairs that share no member with others through any chain are solved apart.
    """
    rows, row = numbered(a)
    columns, column = numbered(b)
    parent = np.empty(rows + columns, np.int64)
    for node in range(rows + columns):
        parent[node] = node
    for k in range(len(a)):
        parent[root_of(parent, row[k])] = root_of(parent, rows + column[k])
    label = np.empty(len(a), np.int64)
    for k in range(len(a)):
        label[k] = root_of(parent, row[k])
    order = np.argsort(label)
    chosen = np.empty(min(rows, columns), np.int64)
    count, start = 0, 0
    while start < len(order):
        end = start + 1
        while end < len(order) and label[order[end]] == label[order[start]]:
            end += 1
        members = order[start:end]
        n, i = numbered(row[members])
        m, j = numbered(column[members])
        table = np.full((n, m + n), alone_cost)
        position = np.full((n, m + n), -1)
        table[:, :m] = np.inf
        for k in range(end - start):
            if cost[members[k]] < table[i[k], j[k]]:
                table[i[k], j[k]], position[i[k], j[k]] = cost[members[k]], members[k]
        taken = least_cost(table)
        for k in range(n):
            if position[k, taken[k]] >= 0:
                chosen[count] = position[k, taken[k]]
                count += 1
        start = end
    return np.sort(chosen[:count])
