# Questions asked across strata, and the k-sample Anderson-Darling statistic, from their definitions.
set.seed(1960)
strata <- list(
  one_small = list(pairs$sizes_2_3), one = list(pairs$normal_30), two = list(pairs$normal_6, pairs$lognormal_6),
  ties = list(pairs$heavy_ties, pairs$one_constant, pairs$quantised_300),
  unequal = list(pairs$negative, pairs$bimodal_30, pairs$normal_300), silent = list(pairs$all_equal, pairs$normal_6),
  edges = list(pairs$huge_outlier, pairs$negative, pairs$near_2_53), constant = list(pairs$all_equal, pairs$all_equal),
  names = list(pairs$sizes_2_3, pairs$sizes_3_3, pairs$each_constant)
)
elteren <- function(stratum) {
  weights <- sapply(stratum, function(pair) 1 / (length(pair$a) + length(pair$b) + 1))
  built <- lapply(stratum, function(pair) outer(pair$b, pair$a, "-"))
  sizes <- sapply(stratum, function(pair) c(length(pair$a), length(pair$b)))
  differences <- unlist(built)
  each <- rep(weights, sizes[1, ] * sizes[2, ])
  order <- order(differences)
  sums <- cumsum(each[order])
  total <- sum(each)
  at <- function(target) differences[order][which(sums >= target)[1]]
  shift <- (at(total / 2 * (1 - 1e-12)) + at(total / 2 * (1 + 1e-12))) / 2
  about <- function(shift, same) sapply(built, placed, shift = shift, same = same)
  estimated <- about(shift, 0.5)
  standing <- function(shift, same) {
    found <- about(shift, same)
    scale <- weights * sizes[1, ] * sizes[2, ]
    parts <- sweep((found[-1, , drop = FALSE] + estimated[-1, , drop = FALSE]) / 2, 2, scale^2, "*")
    list(excess = sum(scale * found[1, ]), variance = sum(parts), df = sum(parts)^2 / sum(parts^2 / (sizes - 1)))
  }
  tail <- function(x) {
    if (x$variance > 0) return(pt(x$excess / sqrt(x$variance), x$df, lower.tail = FALSE))
    if (x$excess <= 0) return(if (x$excess == 0) 0.5 else 1)
    1 / prod(choose(colSums(sizes), sizes[1, ]))
  }
  values <- sort(unique(differences))
  interval <- function(confidence) {
    level <- (1 - confidence) / 2
    down <- function(x) list(excess = -x$excess, variance = x$variance, df = x$df)
    I(c(
      first_accepted(values, function(shift) tail(standing(shift, 0)) >= level),
      first_accepted(rev(values), function(shift) tail(down(standing(shift, 1))) >= level)
    ))
  }
  found <- standing(0, 0.5)
  # Sums of equal parts that cancel leave 1e-17.
  if (abs(found$excess) < 1e-12) found$excess <- 0
  extreme <- found
  extreme$excess <- abs(found$excess)
  list(
    strata = lapply(stratum, function(pair) list(a = I(pair$a), b = I(pair$b))),
    t = if (found$variance == 0) NA else found$excess / sqrt(found$variance), p = min(1, 2 * tail(extreme)),
    shift = shift, interval_95 = interval(0.95), interval_90 = interval(0.9)
  )
}
write_cases("van_elteren.json", lapply(strata, elteren))

by_stratum <- function(rows, columns, count, mean) replicate(count, matrix(rpois(rows * columns, mean), rows), simplify = FALSE)
tables <- list(
  UCB = lapply(1:6, function(k) unclass(UCBAdmissions[, , k])), two = by_stratum(2, 2, 5, 12), sparse = by_stratum(2, 2, 12, 2),
  strong = list(rbind(c(30, 2), c(4, 40)), rbind(c(9, 1), c(1, 8)), rbind(c(14, 6), c(2, 60))),
  opposed = list(rbind(c(30, 5), c(6, 40)), rbind(c(4, 30), c(25, 3))), empty_row = list(rbind(c(0, 0), c(3, 4)), rbind(c(8, 2), c(3, 9))),
  large = list(rbind(c(90000, 910), c(89000, 1010)), rbind(c(50000, 800), c(51000, 700))),
  three = by_stratum(3, 4, 4, 6), wide = by_stratum(2, 7, 3, 5), tall = by_stratum(6, 3, 2, 9), single = by_stratum(3, 3, 1, 8)
)
mantel <- function(strata) {
  x <- array(unlist(strata), c(dim(strata[[1]]), length(strata)))
  square <- all(dim(x)[1:2] == 2)
  # mantelhaen.test refuses a single stratum; for it the statistic is Pearson's times (n - 1) / n.
  if (length(strata) == 1) {
    pearson <- chisq.test(strata[[1]], correct = FALSE)
    n <- sum(strata[[1]])
    statistic <- unname(pearson$statistic) * (n - 1) / n
    df <- unname(pearson$parameter)
  } else {
    test <- mantelhaen.test(x, correct = FALSE)
    statistic <- unname(test$statistic)
    df <- unname(test$parameter)
  }
  result <- list(
    tables = lapply(strata, function(table) lapply(seq_len(nrow(table)), function(i) I(as.double(table[i, ])))),
    chi_square = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE),
    odds_ratio = if (square) unname(test$estimate) else NA
  )
  if (square) {
    told <- Filter(function(table) all(rowSums(table) > 0) && all(colSums(table) > 0), strata)
    terms <- sapply(told, function(table) {
      row <- sum(table[1, ])
      column <- sum(table[, 1])
      n <- sum(table)
      gap <- function(x) log(x) + log(n - row - column + x) - log(row - x) - log(column - x) - log(test$estimate)
      low <- max(0, row + column - n)
      high <- min(row, column)
      expected <- low + uniroot(function(share) gap(low + share * (high - low)), c(1e-12, 1 - 1e-12), tol = 1e-15)$root * (high - low)
      for (step in 1:3) expected <- expected - gap(expected) / sum(1 / c(expected, row - expected, column - expected, n - row - column + expected))
      c(table[1, 1] - expected, 1 / sum(1 / c(expected, row - expected, column - expected, n - row - column + expected)))
    })
    result$breslow_day <- sum(terms[1, ]^2 / terms[2, ]) - sum(terms[1, ])^2 / sum(terms[2, ])
    result$breslow_day_df <- length(told) - 1
    result$breslow_day_p <- pchisq(result$breslow_day, length(told) - 1, lower.tail = FALSE)
  }
  result
}
write_cases("mantel_haenszel.json", lapply(tables, mantel))

# Anderson-Darling: A^2 as an integral over the pooled distribution function with midranks, its variance and p.
anderson <- function(samples) {
  pooled <- unlist(samples)
  N <- length(pooled)
  k <- length(samples)
  n <- lengths(samples)
  values <- sort(unique(pooled))
  A2 <- 0
  for (i in seq_len(k)) {
    for (z in values) {
      l <- sum(pooled == z)
      B <- sum(pooled < z) + l / 2
      M <- sum(samples[[i]] < z) + sum(samples[[i]] == z) / 2
      if (length(values) > 1) A2 <- A2 + l / N * (N * M - n[i] * B)^2 / (B * (N - B) - N * l / 4) / n[i]
    }
  }
  A2 <- unname(A2) * (N - 1) / N
  if (N < 4) return(list(samples = lapply(samples, I)))
  H <- sum(1 / n)
  h <- sum(1 / (1:(N - 1)))
  g <- 0
  for (i in 1:(N - 2)) g <- g + sum(1 / ((N - i) * ((i + 1):(N - 1))))
  a <- (4 * g - 6) * (k - 1) + (10 - 6 * g) * H
  b <- (2 * g - 4) * k^2 + 8 * h * k + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6
  c <- (6 * h + 2 * g - 2) * k^2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * H + 4 * h
  d <- (2 * h + 6) * k^2 - 4 * h * k
  variance <- (a * N^3 + b * N^2 + c * N + d) / ((N - 1) * (N - 2) * (N - 3))
  t <- if (length(values) > 1) (A2 - (k - 1)) / sqrt(variance) else NA
  m <- k - 1
  critical <- c(0.675, 1.281, 1.645, 1.960, 2.326, 2.573, 3.085) +
    c(-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615) / sqrt(m) + c(-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154) / m
  tail <- c(0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001)
  fit <- lm(qlogis(tail) ~ critical + I(critical^2))
  p <- if (is.na(t)) NA else plogis(unname(predict(fit, data.frame(critical = t))))
  p <- if (is.na(t)) NA else if (t <= critical[1]) 0.25 else if (t >= critical[7]) 0.001 else min(0.25, max(0.001, p))
  list(samples = lapply(samples, I), a2 = A2, t = t, p = p)
}
several <- groups
several$laboratories <- list(
  c(38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0), c(39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8),
  c(34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0), c(34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8)
)
several$large <- list(normal(700, 0), normal(600, 4e5))
several$large_ties <- list(rpois(800, 5), rpois(500, 5.2), rpois(300, 5))
several$large_apart <- list(normal(700, 0), normal(600, 4e6))
write_cases("anderson_darling.json", lapply(several, anderson))
