# Random effects over hosts, by the package metafor (Debian: r-cran-metafor): REML with Hartung and Knapp's interval,
# prediction interval, heterogeneity, studentized deleted residuals, and a factor as moderator.
if (!requireNamespace("metafor", quietly = TRUE)) stop("fleet.R needs the package metafor: apt-get install r-cran-metafor")

set.seed(20261130)
hosts <- function(k, mean, tau, error) {
  v <- error^2 * exp(rnorm(k, 0, 0.8))
  list(y = mean + rnorm(k, 0, tau) + rnorm(k, 0, sqrt(v)), v = v)
}
fleets <- list(
  alike = hosts(8, 5, 0, 2), three = hosts(3, 1, 1, 1), two = hosts(2, 1, 1, 1), five = hosts(5, -3, 4, 1),
  spread = hosts(12, 10, 6, 1), tight = hosts(30, 0, 0.01, 1), many = hosts(200, 2, 1.5, 1),
  nanoseconds = hosts(20, 40000, 3000, 1500), uneven = list(y = c(1, 2, 30, 4, 5.5, 3), v = c(0.01, 100, 4, 1e-4, 9, 0.5)),
  one_far = { f <- hosts(15, 3, 0.5, 0.5); f$y[7] <- 20; f },
  opposite = list(y = c(-10, 10, -9, 9), v = c(1, 2, 3, 4))
)
fit <- function(y, v, test = "knha", ...) {
  # The threshold is absolute in metafor: tau2 to 1e-13 of itself, whatever its unit.
  unit <- max(var(y), mean(v))
  metafor::rma(y, v, method = "REML", test = test, control = list(threshold = 1e-13 * unit, maxiter = 10000), ...)
}
write_cases("random_effects.json", lapply(fleets, function(f) {
  m <- fit(f$y, f$v)
  p <- predict(m)
  list(
    # What its iteration leaves of 0 is 0.
    y = I(f$y), v = I(f$v), tau2 = if (m$tau2 < 1e-10 * mean(f$v)) 0 else m$tau2,
    i2 = if (m$tau2 < 1e-10 * mean(f$v)) 0 else m$I2 / 100, q = m$QE, q_df = m$k - m$p, q_p = m$QEp,
    mean = unname(m$b[1, 1]), se = m$se, p = m$pval, ci = I(c(m$ci.lb, m$ci.ub)), prediction = I(c(p$pi.lb, p$pi.ub)),
    studentized = if (length(f$y) < 3) NULL else I(rstudent(fit(f$y, f$v, test = "adhoc"))$z)
  )
}))

factors <- list(
  two = c(hosts(10, 3, 1, 1), list(g = rep(0:1, 5))),
  three = { f <- hosts(18, 3, 1, 1); g <- rep(0:2, c(3, 5, 10)); list(y = f$y + 4 * g, v = f$v, g = g) },
  within_only = { f <- hosts(12, 0, 0, 1); g <- rep(0:3, 3); list(y = f$y + 9 * (g == 2), v = f$v, g = g) },
  nanoseconds = c(hosts(40, 40000, 3000, 1500), list(g = rep(0:4, 8)))
)
write_cases("moderators.json", lapply(factors, function(f) {
  level <- factor(f$g)
  test <- fit(f$y, f$v, mods = model.matrix(~level)[, -1])
  means <- fit(f$y, f$v, mods = model.matrix(~ level - 1), intercept = FALSE)
  list(
    y = I(f$y), v = I(f$v), g = I(f$g), tau2 = test$tau2, i2 = test$I2 / 100, q = test$QE, q_p = test$QEp,
    f = test$QM, df1 = test$m, df2 = test$k - test$p, f_p = test$QMp,
    means = I(unname(means$b[, 1])), se = I(means$se), low = I(means$ci.lb), high = I(means$ci.ub)
  )
}))

# Variance of the median by Maritz and Jarrett, as printed in their paper: E(M^2) - E(M)^2 under the sample's own
# distribution.
write_cases("median_variance.json", lapply(Filter(function(x) length(x) >= 2, lapply(pairs, function(pair) pair$a)), function(x) {
  n <- length(x)
  x <- sort(x)
  w <- pbeta(1:n / n, (n + 1) / 2, (n + 1) / 2) - pbeta(0:(n - 1) / n, (n + 1) / 2, (n + 1) / 2)
  d <- x - x[1]
  list(variance = sum(w * (d - sum(w * d))^2))
}))
