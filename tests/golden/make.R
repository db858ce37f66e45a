# Writes the golden files *.json beside it from R, with mclust in mechanisms.R and metafor in fleet.R:
#   Rscript tests/golden/make.R
# The files are committed; the tests read them and need no R. Rerunning gives the same bytes.

stopifnot(getRversion() >= "4.0")
setwd(dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))))
options(warn = -1) # R warns where it leaves its exact methods because of ties
source("json.R")
source("samples.R")

write_cases("samples.json", lapply(pairs, function(pair) list(a = I(pair$a), b = I(pair$b))))

# Order statistics. Near 2^53 R's own interpolation rounds, so spreads are taken of x - min(x), which is exact.
describe <- function(x) {
  list(
    quantiles = I(quantile(x - min(x), c(0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1), type = 7, names = FALSE)),
    median = median(x), iqr = IQR(x - min(x)), mad = mad(x - min(x), constant = 1)
  )
}
write_cases("order.json", lapply(pairs, function(pair) lapply(pair, describe)))

source("location.R")

# Spread between groups.
groups <- lapply(pairs, unname)
groups$three_normal <- list(normal(20, 0), round(rnorm(25, 0, 8e6)), normal(31, 1e6))
groups$five_mixed <- list(normal(6, 0), lognormal(9, 0), bimodal(40, 1e6), c(1, 2), normal(100, 5e6))
groups$four_ties <- list(c(1, 1, 2, 9), c(5, 5, 5, 5), c(1, 2, 2, 3, 3), c(10, 20, 20, 40))
spread <- function(samples) {
  group <- factor(rep(seq_along(samples), lengths(samples)))
  # Subtracting the first value is exact and keeps the halves of medians near 2^53.
  x <- unlist(lapply(samples, function(x) x - x[1]))
  deviation <- abs(x - ave(x, group, FUN = median))
  result <- list(groups = lapply(samples, I))
  if (length(x) > length(samples)) {
    table <- anova(lm(deviation ~ group))
    degenerate <- all(tapply(deviation, group, function(d) all(d == d[1])))
    # Rounding leaves 1e-32 where the spreads are equal.
    f <- if (degenerate) NA else if (table[["F value"]][1] < 1e-25) 0 else table[["F value"]][1]
    fligner <- fligner.test(x, group)
    chi_square <- unname(fligner$statistic)
    if (!is.na(chi_square) && chi_square < 1e-25) chi_square <- 0
    df <- unname(fligner$parameter)
    result <- c(result, list(
      f = f, df1 = table$Df[1], df2 = table$Df[2], f_p = pf(f, table$Df[1], table$Df[2], lower.tail = FALSE),
      fligner = chi_square, fligner_df = df, fligner_p = pchisq(chi_square, df, lower.tail = FALSE)
    ))
  }
  result
}
# p of the analysis of variance of |x - lower middle value| and of |x - upper middle value|, the larger one.
either_middle <- function(samples) {
  group <- factor(rep(seq_along(samples), lengths(samples)))
  if (sum(lengths(samples)) == length(samples)) return(NA)
  p <- sapply(list(floor, ceiling), function(side) {
    deviation <- unlist(lapply(samples, function(x) abs(x - sort(x)[side((length(x) + 1) / 2)])))
    if (all(tapply(deviation, group, function(d) all(d == d[1])))) return(NA)
    table <- anova(lm(deviation ~ group))
    f <- if (table[["F value"]][1] < 1e-25) 0 else table[["F value"]][1]
    pf(f, table$Df[1], table$Df[2], lower.tail = FALSE)
  })
  if (all(is.na(p))) NA else max(p, na.rm = TRUE)
}
# p of the analysis of variance of |x - median| without structural zeros (Hines and Hines 2000).
zeros_removed <- function(samples) {
  if (any(lengths(samples) < 2)) return(NA)
  rests <- lapply(samples, function(x) {
    d <- sort(abs((x - x[1]) - median(x - x[1])))
    if (length(d) %% 2 == 1) d[-1] else c((d[1] + d[2]) / sqrt(2), d[-(1:2)])
  })
  group <- factor(rep(seq_along(rests), lengths(rests)))
  if (all(sapply(rests, function(d) all(d == d[1])))) return(NA)
  table <- anova(lm(unlist(rests) ~ group))
  f <- if (table[["F value"]][1] < 1e-25) 0 else table[["F value"]][1]
  pf(f, table$Df[1], table$Df[2], lower.tail = FALSE)
}
write_cases("spread.json", lapply(groups, function(samples) {
  c(spread(samples), list(either_p = either_middle(samples), zeros_removed_p = zeros_removed(samples)))
}))

# Kolmogorov-Smirnov. ks.test computes p as 1 - P(D < d), which loses the digits of small p, and its limit to 1e-6.
# So the limit is summed here, and the exact p by psmirnov's recursion over the arrangements that DO reach d.
limit <- function(lambda) {
  k <- 1:200
  if (lambda < 0.5) return(1 - sqrt(2 * pi) / lambda * sum(exp(-(2 * k - 1)^2 * pi^2 / (8 * lambda^2))))
  2 * sum((-1)^(k - 1) * exp(-2 * k^2 * lambda^2))
}
reaching <- function(pair, d) {
  m <- length(pair$a)
  n <- length(pair$b)
  ends <- c(TRUE, diff(sort(c(pair$a, pair$b))) != 0, TRUE)
  share <- matrix(0, m + 1, n + 1)
  for (i in 0:m) {
    for (j in 0:n) {
      share[i + 1, j + 1] <- if (ends[i + j + 1] && abs(i / m - j / n) > d - 0.5 / (m * n)) 1 else
        (if (i > 0) i * share[i, j + 1] else 0) / max(1, i + j) + (if (j > 0) j * share[i + 1, j] else 0) / max(1, i + j)
    }
  }
  share[m + 1, n + 1]
}
smirnov <- function(pair) {
  m <- length(pair$a)
  n <- length(pair$b)
  test <- ks.test(pair$a, pair$b)
  d <- unname(test$statistic)
  exact <- if (m * n < 10000) reaching(pair, d) else NA
  if (m * n < 10000) stopifnot(abs(exact - test$p.value) < 1e-12)
  list(
    d = d, exact = if (m * n < 10000) 1 else 0, exact_p = exact,
    r_p = test$p.value, limit_p = limit(d * sqrt(m * n / (m + n)))
  )
}
write_cases("kolmogorov_smirnov.json", lapply(pairs, smirnov))

# Tables of counts.
tables <- list(
  rbind(c(3, 1), c(1, 3)), rbind(c(1, 9), c(11, 3)), rbind(c(0, 7), c(8, 0)), rbind(c(20, 30), c(25, 40)),
  rbind(c(1000, 3), c(900, 21)), rbind(c(49999, 2), c(49990, 11)), rbind(c(30, 1, 0, 2), c(2, 28, 1, 1)),
  rbind(c(3, 2, 0, 0), c(400, 300, 200, 100)), rbind(c(10, 2, 1), c(1, 5, 4), c(0, 3, 7)),
  rbind(c(5, 0, 2, 1), c(1, 4, 0, 6), c(2, 2, 8, 1)), rbind(c(12, 11, 10, 9), c(8, 9, 12, 14), c(10, 4, 9, 13)),
  rbind(c(9, 1, 3, 2, 4, 1), c(2, 8, 1, 5, 3, 2), c(1, 2, 7, 3, 2, 6)),
  rbind(c(2, 3, 1, 0, 1, 2, 3), c(1, 0, 0, 4, 5, 0, 1), c(3, 3, 2, 1, 0, 0, 4), c(1, 2, 1, 2, 1, 2, 1)),
  rbind(c(500, 420, 310), c(480, 390, 360), c(20, 25, 33)), rbind(c(1, 0), c(0, 1)), rbind(c(2, 1), c(1, 2), c(3, 3))
)
# The V under which R's noncentral chi-square, stretched to the variance of the delta method, makes a chi-square as
# large, or as small, as the observed one not too rare.
v_interval <- function(table, confidence = 0.95) {
  n <- sum(table)
  smaller <- min(dim(table)) - 1
  df <- (nrow(table) - 1) * (ncol(table) - 1)
  phi2 <- function(p) sum((p - outer(rowSums(p), colSums(p)))^2 / outer(rowSums(p), colSums(p)))
  p <- (table + 0.5) / sum(table + 0.5)
  slope <- 0
  if (phi2(p) >= 1e-9) {
    r <- rowSums(p)
    c <- colSums(p)
    gradient <- 2 * p / outer(r, c) - outer(rowSums(sweep(p^2, 2, c, "/")) / r^2, colSums(sweep(p^2, 1, r, "/")) / c^2, "+")
    slope <- ((sum(p * gradient^2) - sum(p * gradient)^2) / (4 * phi2(p)) - 1) / phi2(p)
  }
  expected <- outer(rowSums(table), colSums(table)) / n
  x <- sum((table - expected)^2 / expected)
  not_smaller <- max(if (df == 1) (sqrt(x) + sqrt(sum(1 / expected)) / 4)^2 else x, qchisq(0.1, df))
  alpha <- 1 - confidence
  above <- function(lambda) alpha / 2 * (1 + exp(-lambda / 2))
  excess <- function(v, x, share) {
    square <- v^2 * smaller
    fewness <- 1 + 2 * (df - 1) / n * (1 - exp(-n * square / 2))
    stretch <- max(0.02, 1 + slope * square) * fewness
    pchisq(x / stretch, df, n * square / stretch) - share(n * square)
  }
  too_large <- function(v) excess(v, x, function(lambda) 1 - above(lambda))
  too_small <- function(v) excess(v, not_smaller, function(lambda) alpha - above(lambda))
  observed <- min(1, sqrt(x / n / smaller))
  list(
    low = if (too_large(0) < 0) 0 else uniroot(too_large, c(0, observed), tol = 1e-15)$root,
    high = if (too_small(1) > 0) 1 else uniroot(too_small, c(observed, 1), tol = 1e-15)$root
  )
}
association <- function(table) {
  test <- chisq.test(table, correct = FALSE)
  n <- sum(table)
  r <- nrow(table)
  c <- ncol(table)
  phi2 <- max(0, unname(test$statistic) / n - (r - 1) * (c - 1) / (n - 1))
  smaller <- min(r - (r - 1)^2 / (n - 1), c - (c - 1)^2 / (n - 1)) - 1
  v <- if (smaller > 1e-12) sqrt(phi2 / smaller) else NA
  interval <- if (is.na(v)) list(low = NA, high = NA) else v_interval(table)
  list(
    table = lapply(seq_len(r), function(i) I(table[i, ])),
    chi_square = unname(test$statistic), df = unname(test$parameter), p = test$p.value, min_expected = min(test$expected),
    g = 2 * sum(ifelse(table > 0, table * log(table / test$expected), 0)),
    cramers_v = v, v_low = min(v, interval$low), v_high = max(v, interval$high),
    fisher_p = if (n < 1000 || min(dim(table)) == 2) fisher.test(table, workspace = 2e8)$p.value else NA
  )
}
write_cases("association.json", lapply(tables, association))

families <- list(c(0.01, 0.04, 0.03, 0.005), c(0.5), c(1, 1, 0.2), c(0, 0, 1e-300, 0.04), c(0.02, 0.02, 0.02), 0.9^(1:20))
write_cases("adjust.json", lapply(families, function(p) {
  list(p = I(p), holm = I(p.adjust(p, "holm")), benjamini_hochberg = I(p.adjust(p, "BH")))
}))

# Distribution functions, tails down to 1e-300.
z <- c(seq(-8, 8, 0.5), -37.04, -30, -20, -12, 12, 20, 30, 37.04, 1e-8, 1.9599639845400545)
p <- c(1e-300, 1e-200, 1e-100, 1e-50, 1e-20, 1e-10, 1e-5, 0.001, 0.025, 0.05, 0.07, 0.08, 0.3, 0.5, 0.7, 0.92, 0.93, 0.975, 0.999)
tails <- c(1e-300, 1e-200, 1e-100, 1e-30, 1e-10, 1e-4, 0.05, 0.3, 0.5, 0.8, 0.99)
degrees <- c(1, 2, 3, 5, 10, 29, 58, 299, 1000, 100000, 1999998)
chi_square <- do.call(rbind, lapply(degrees, function(df) {
  x <- unique(c(qchisq(tails, df, lower.tail = FALSE), qchisq(tails[1:7], df)))
  cbind(x, df)[x > 0, ]
}))
f <- do.call(rbind, lapply(c(1, 2, 4, 9, 40), function(df1) {
  do.call(rbind, lapply(degrees[degrees > 1], function(df2) {
    x <- c(qf(tails, df1, df2, lower.tail = FALSE), qf(c(1e-10, 0.01), df1, df2))
    cbind(x, df1, df2)[is.finite(x) & x > 0, ]
  }))
}))
t <- do.call(rbind, lapply(degrees, function(df) {
  x <- c(qt(tails, df, lower.tail = FALSE), qt(c(1e-10, 0.01), df))
  cbind(x, df)[is.finite(x), ]
}))
noncentral <- as.matrix(expand.grid(share = c(0.001, 0.025, 0.3, 0.975), df = c(1, 4, 60), lambda = c(0, 0.1, 3, 70, 2500)))
noncentral <- cbind(x = signif(qchisq(noncentral[, 1], noncentral[, 2], noncentral[, 3]), 6), noncentral[, 2:3])
rows <- function(matrix) lapply(seq_len(nrow(matrix)), function(i) I(unname(matrix[i, ])))
write_cases("special.json", list(
  # z, cdf, survival
  normal = rows(cbind(z, pnorm(z), pnorm(z, lower.tail = FALSE))),
  # p, quantile
  normal_quantile = rows(cbind(p, qnorm(p))),
  # x, df, survival
  chi_square = rows(cbind(chi_square, pchisq(chi_square[, 1], chi_square[, 2], lower.tail = FALSE))),
  # x, df, noncentrality, cdf
  noncentral = rows(cbind(noncentral, pchisq(noncentral[, 1], noncentral[, 2], noncentral[, 3]))),
  # f, df1, df2, survival
  f = rows(cbind(f, pf(f[, 1], f[, 2], f[, 3], lower.tail = FALSE))),
  # t, df, survival
  t = rows(cbind(t, pt(t[, 1], t[, 2], lower.tail = FALSE)))
))

source("bootstrap.R")
source("strata.R")
source("series.R")
source("mechanisms.R")
source("tails.R")
source("looks.R")
source("fleet.R")
