# Series in the order of their runs, and intervals of the median.
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

# As DescTools' QuantileCI for the median: equal tails.
median_interval <- function(n) {
  low <- qbinom(0.025, n, 0.5)
  if (low < 1) return(list(n = n, low = NA, high = NA))
  list(n = n, low = low, high = n + 1 - low)
}
write_cases("median_interval.json", lapply(c(1, 2, 3, 5, 6, 7, 8, 9, 29, 30, 58, 59, 100, 299, 300, 1000), median_interval))
