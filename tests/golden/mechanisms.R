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
