# Spread in two ways, mixtures of normal distributions and the agreement of two partitions.
set.seed(271)
two_way <- function(cells) {
  deviations <- unlist(lapply(cells, function(x) abs(x - median(x))))
  n <- lengths(cells)
  group <- factor(rep(c(1, 2, 1, 2), n))
  side <- factor(rep(c(1, 1, 2, 2), n))
  row <- anova(lm(deviations ~ side * group))["side:group", ]
  list(cells = lapply(cells, I), f = row[["F value"]], df2 = sum(n) - 4, p = row[["Pr(>F)"]])
}
write_cases("two_way_spread.json", list(
  two_way(lapply(c(1, 1, 1, 1), function(s) round(rnorm(15, 1e6, 1e4 * s)))),
  two_way(lapply(c(1, 8, 1, 1), function(s) round(rnorm(30, 1e6, 1e4 * s)))),
  two_way(list(round(rnorm(9, 0, 100)), round(rnorm(30, 0, 900)), round(rnorm(101, 50, 800)), round(rnorm(12, 0, 90)))),
  two_way(lapply(c(1, 3, 2, 6), function(s) round(s * 1000 * rlnorm(40)))),
  two_way(lapply(c(1, 2, 1, 2), function(s) round(rpois(25, 3) * s)))
))

library(mclust)
mixture <- function(x) {
  fits <- lapply(1:3, function(g) Mclust(x, G = g, modelNames = if (g == 1) "X" else "V", verbose = FALSE))
  list(
    x = I(x), loglik = I(sapply(fits, function(m) if (is.null(m)) NA else m$loglik)),
    means = I(unname(fits[[2]]$parameters$mean)), variances = I(unname(fits[[2]]$parameters$variance$sigmasq)),
    shares = I(unname(fits[[2]]$parameters$pro)), classes = I(unname(fits[[2]]$classification))
  )
}
partitions <- function(a, b) list(a = I(a), b = I(b), adjusted_rand = adjustedRandIndex(a, b))
write_cases("mixture.json", list(
  mixtures = lapply(list(
    c(rnorm(60), rnorm(40, 8)), c(rnorm(60), rnorm(60, 0, 9)), c(rnorm(30, 5, 0.2), rnorm(90, 6, 2)), rnorm(80)
  ), mixture),
  partitions = list(
    partitions(c(1, 1, 2, 2), c(2, 2, 1, 1)), partitions(sample(1:3, 60, TRUE), sample(1:4, 60, TRUE)),
    partitions(rep(1:2, c(30, 70)), rep(1:3, c(28, 60, 12))), partitions(rep(1, 10), rep(1:2, 5))
  )
))
