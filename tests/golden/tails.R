# Bounds of quantiles, ratios and differences of what has bounds, and shares.

# The definition: the lowest and highest order statistics that a number of values up to the quantile allows.
bound_ranks <- function(n, p, confidence) {
  low <- max(which(c(TRUE, pbinom(0:(n - 1), n, p) <= 1 - confidence))) - 1
  high <- min(which(c(pbinom(0:(n - 1), n, p), 1) >= confidence))
  stopifnot(low == qbinom(1 - confidence, n, p), high == qbinom(confidence, n, p) + 1)
  list(n = n, p = p, confidence = confidence, low = low, high = high)
}
write_cases("quantile_bounds.json", unlist(recursive = FALSE, lapply(c(3, 10, 58, 59, 100, 298, 299, 1000, 12345, 1e6), function(n) {
  unlist(recursive = FALSE, lapply(c(0.5, 0.9, 0.95, 0.99), function(p) {
    lapply(c(0.9, 0.95, 0.99), function(confidence) bound_ranks(n, p, confidence))
  }))
})))

# The ratio's ends as roots: where the bounds of B - r A reach 0.
mover <- function(a, b) {
  reach <- function(r, b_end, a_end) (b[1] - r * a[1])^2 - (b[1] - b_end)^2 - r^2 * (a_end - a[1])^2
  root <- function(from, to, ...) uniroot(reach, c(from, to), ..., tol = 1e-15 * to)$root
  ratio <- b[1] / a[1]
  low <- if (reach(0, b[2], a[3]) <= 0) 0 else root(0, ratio, b_end = b[2], a_end = a[3])
  # Below A's lower bound everything is B's upper one.
  high <- root(ratio, 2 * b[3] / a[2], b_end = b[3], a_end = a[2])
  difference <- b[1] - a[1]
  list(
    a = I(a), b = I(b), ratio = I(c(low, high)),
    difference = I(difference + c(-1, 1) * sqrt(c((b[1] - b[2])^2 + (a[3] - a[1])^2, (b[3] - b[1])^2 + (a[1] - a[2])^2)))
  )
}
# Estimate, lower and upper bound.
write_cases("mover.json", list(
  mover(c(10, 9, 12), c(11, 10, 14)), mover(c(10, 9, 25), c(11, 10, 40)), mover(c(10, 1, 12), c(11, 0, 14)),
  mover(c(1e6, 9e5, 3e6), c(1.5e6, 1.2e6, 1.6e6)), mover(c(3, 3, 3), c(2, 1, 4)), mover(c(3, 2, 7), c(9, 9, 9)),
  mover(c(1e15, 9e14, 1.1e15), c(1e3, 5e2, 4e3))
))

shares <- function(a, n_a, b, n_b, confidence) {
  wilson <- function(count, n) prop.test(count, n, conf.level = confidence, correct = FALSE)$conf.int[1:2]
  of_a <- wilson(a, n_a)
  of_b <- wilson(b, n_b)
  p <- c(a / n_a, b / n_b)
  list(
    a = I(c(a, n_a)), b = I(c(b, n_b)), confidence = confidence, wilson_a = I(of_a), wilson_b = I(of_b),
    newcombe = I(p[2] - p[1] + c(-1, 1) * sqrt(c((p[2] - of_b[1])^2 + (of_a[2] - p[1])^2, (of_b[2] - p[2])^2 + (p[1] - of_a[1])^2)))
  )
}
# The first is Newcombe's own example: 56/70 and 48/80 differ by -0.2 [-0.3339, -0.0524].
write_cases("shares.json", list(
  shares(56, 70, 48, 80, 0.95), shares(0, 10, 0, 20, 0.95), shares(10, 10, 0, 20, 0.9), shares(1, 1, 0, 1, 0.95),
  shares(3, 100000, 40, 300, 0.99), shares(5, 56, 0, 29, 0.95), shares(9, 10, 3, 10, 0.95)
))
