# BCa and percentile ends from given resamples, by the formulae of Efron and Tibshirani (1993), chapter 14.
set.seed(314)
bca <- function(estimate, replicates, acceleration, confidence) {
  ordered <- sort(replicates)
  count <- length(ordered)
  bias <- qnorm((sum(ordered < estimate) + sum(ordered == estimate) / 2) / count)
  z <- qnorm((1 - confidence) / 2) * c(1, -1)
  end <- function(p) {
    rank <- min(count, max(1, (count + 1) * p))
    approx(seq_len(count), ordered, rank)$y
  }
  list(
    estimate = estimate, replicates = I(replicates), acceleration = acceleration, confidence = confidence,
    bca = I(sapply(pnorm(bias + (bias + z) / (1 - acceleration * (bias + z))), end)),
    percentile = I(sapply(pnorm(z), end))
  )
}
influence <- list(c(3, -1, 2.5, -4, 0.25), c(10, -3, -3, -2, -2, 0))
write_cases("bootstrap.json", list(
  influences = lapply(influence, I),
  acceleration = sum(unlist(lapply(influence, function(l) (l / length(l))^3))) /
    (6 * sum(unlist(lapply(influence, function(l) (l / length(l))^2)))^1.5),
  cases = list(
    bca(1, rlnorm(199, 0, 0.4), 0.03, 0.95), bca(0.9, rlnorm(399, 0, 0.4), -0.05, 0.9),
    bca(3, rpois(199, 3), 0, 0.95), bca(1111e6, round(rnorm(999, 1111e6, 1e5)), 0.01, 0.99),
    bca(2^53 - 500, 2^53 - 1:999, 0.001, 0.95)
  )
))
