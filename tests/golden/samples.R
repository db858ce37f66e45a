# The samples the tests run on: integers of ns, as statistics.md lists them.

set.seed(20240601, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

normal <- function(n, mean) round(rnorm(n, mean, 4e6))
lognormal <- function(n, shift) round(shift + rlnorm(n, 13, 1))
bimodal <- function(n, centre) round(ifelse(runif(n) < 0.7, rnorm(n, centre, 2e5), rnorm(n, centre + 5e6, 8e5)))

pairs <- list(
  sizes_1_1 = list(a = 5, b = 9),
  sizes_1_2 = list(a = 7, b = c(3, 8)),
  sizes_2_3 = list(a = c(10, 40), b = c(20, 30, 50)),
  sizes_3_3 = list(a = c(1, 2, 3), b = c(4, 5, 6)),
  all_equal = list(a = rep(42, 6), b = rep(42, 7)),
  each_constant = list(a = rep(42, 6), b = rep(50, 7)),
  one_constant = list(a = rep(100, 8), b = c(90, 95, 100, 100, 105, 110, 120)),
  heavy_ties = list(a = c(1, 1, 2, 2, 2, 3, 3, 4), b = c(2, 2, 3, 3, 3, 4, 4, 4, 5, 5)),
  quantised_300 = list(
    a = 1000 * round(rnorm(300, 20, 2)),
    b = 1000 * round(rnorm(280, 20.3, 2))
  ),
  huge_outlier = list(a = c(11, 15, 18, 23, 29, 31, 1e15), b = c(12, 16, 19, 25, 33, 36, 40)),
  near_2_53 = list(a = 2^53 - c(1, 4, 9, 20, 33, 51), b = 2^53 - c(2, 6, 14, 27, 44, 70, 101)),
  negative = list(a = c(-30, -20, -7, 0, 12), b = c(-33, -21, -5, 3, 14, 18)),
  separated_49 = list(a = seq(1, 97, 2), b = seq(201, 297, 2)),
  separated_50 = list(a = seq(1, 99, 2), b = seq(201, 299, 2))
)
for (n in c(6, 30, 300)) {
  pairs[[paste0("normal_", n)]] <- list(a = normal(n, 1111e6), b = normal(n, 1111e6 + 15e5))
  pairs[[paste0("lognormal_", n)]] <- list(a = lognormal(n, 0), b = lognormal(n, 2e5))
  pairs[[paste0("bimodal_", n)]] <- list(a = bimodal(n, 9e6), b = bimodal(n + 3, 9e6))
}
