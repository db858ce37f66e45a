# Series in the order of their runs, and bounds of quantiles.
set.seed(1979)
runs <- list(
  four = c(3, 1, 4, 1), steps = c(rep(5, 8), rep(9, 7)), drift = round(1:30 * 1e3 + rnorm(30, 0, 8e3)), noise = round(rnorm(200, 1111e6, 4e6)),
  ties = rpois(60, 3), outlier = c(11, 15, 1e15, 18, 29, 31, 12), ar = round(1e6 * as.double(arima.sim(list(ar = 0.7), 300))),
  late_step = c(rnorm(900), rnorm(400, 0.4)), near_2_53 = 2^53 - c(1, 4, 9, 20, 33, 51, 7, 3)
)
series <- function(x) {
  n <- length(x)
  centred <- (x - x[1]) - mean(x - x[1])
  r <- sum(centred[-1] * centred[-n]) / sum(centred^2)
  stopifnot(abs(r - acf(x - x[1], lag.max = 1, plot = FALSE)$acf[2]) < 1e-9)
  # Moments over all orders by sampling positions: E of products of distinct centred values, from power sums.
  s2 <- sum(centred^2)
  s4 <- sum(centred^4)
  second <- ((n - 1) * (s2^2 - s4) / (n * (n - 1)) + 2 * (n - 2) * (2 * s4 - s2^2) / (n * (n - 1) * (n - 2)) +
    (n - 2) * (n - 3) * (3 * s2^2 - 6 * s4) / (n * (n - 1) * (n - 2) * (n - 3))) / s2^2
  z <- (r + 1 / n) / sqrt(second - 1 / n^2)
  u <- sapply(1:(n - 1), function(t) sum(sign(outer(x[(t + 1):n], x[1:t], "-"))))
  list(runs = I(x), r = r, z = z, p = 2 * pnorm(-abs(z)), pettitt_k = max(abs(u)), pettitt_after = which.max(abs(u)),
    pettitt_p = min(1, 2 * exp(-6 * max(abs(u))^2 / (n^3 + n^2))))
}
write_cases("series.json", lapply(runs, series))

# As DescTools' QuantileCI: of the order statistics near equal tails the pair with the least coverage that suffices;
# here with equal tails for the median.
quantile_interval <- function(n, p, confidence) {
  u <- qbinom((1 + confidence) / 2, n, p) + 1
  l <- n - qbinom((1 + confidence) / 2, n, 1 - p)
  if (u > n || l < 1) return(list(low = NA, high = NA, achieved = NA))
  around <- if (p == 0.5) 0 else -2:2
  pairs <- expand.grid(low = l + around, high = u + around)
  pairs <- pairs[pairs$low >= 1 & pairs$high <= n, ]
  pairs$achieved <- 1 - pbinom(pairs$low - 1, n, p) - pbinom(pairs$high - 1, n, p, lower.tail = FALSE)
  pairs <- pairs[pairs$achieved >= confidence, ]
  as.list(pairs[which.min(pairs$achieved), ])
}

bounds <- list()
for (n in c(1, 2, 3, 5, 6, 30, 58, 59, 298, 299, 300, 1000, 1000000)) {
  for (p in c(0.05, 0.25, 0.5, 0.95, 0.99)) {
    for (confidence in c(0.9, 0.95)) {
      # The k-th value is an upper bound when P(Binomial(n, p) <= k - 1) >= confidence.
      upper <- qbinom(confidence, n, p) + 1
      fromTop <- qbinom(confidence, n, 1 - p) + 1
      interval <- quantile_interval(n, p, confidence)
      bounds[[length(bounds) + 1]] <- list(
        n = n, p = p, confidence = confidence, upper = if (upper > n) NA else upper, upper_achieved = pbinom(upper - 1, n, p),
        lower = if (fromTop > n) NA else n + 1 - fromTop, lower_achieved = pbinom(fromTop - 1, n, 1 - p),
        low = interval$low, high = interval$high, achieved = interval$achieved
      )
    }
  }
}
write_cases("quantile_bounds.json", bounds)
