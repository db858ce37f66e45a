# Shift of b against a, from the definitions: every difference is built, every shift between two of them is tested.

# Brunner and Munzel (2000) by ranks: statistic and degrees of freedom of b against a.
brunner_munzel <- function(a, b) {
  m <- length(a)
  n <- length(b)
  ranks <- rank(c(a, b))
  ra <- ranks[seq_len(m)]
  rb <- ranks[-seq_len(m)]
  sa <- sum((ra - rank(a) - mean(ra) + (m + 1) / 2)^2) / (m - 1)
  sb <- sum((rb - rank(b) - mean(rb) + (n + 1) / 2)^2) / (n - 1)
  list(
    t = (mean(rb) - mean(ra)) * m * n / (m + n) / sqrt(m * sa + n * sb),
    df = (m * sa + n * sb)^2 / ((m * sa)^2 / (m - 1) + (n * sb)^2 / (n - 1))
  )
}

# Share of the differences above a shift less 1/2, with what the placements of a and b add to its variance. `same` is
# what a difference counts that is the shift itself.
placed <- function(differences, shift, same) {
  above <- (differences > shift) + same * (differences == shift)
  c(mean(above) - 0.5, var(colMeans(above)) / ncol(above), var(rowMeans(above)) / nrow(above))
}

# Sizes of the studentised statistic over all ways to arrange the ranks of both samples.
arranged <- new.env()
permuted <- function(m, n) {
  key <- paste(m, n)
  if (is.null(arranged[[key]])) {
    arranged[[key]] <- apply(combn(m + n, m), 2, function(ranks) {
      x <- placed(outer(seq_len(m + n)[-ranks], ranks, "-"), 0, 0.5)
      if (abs(x[1]) == 0.5) Inf else abs(x[1]) / sqrt(x[2] + x[3])
    })
  }
  arranged[[key]]
}

# p of an excess in one direction; variances are the means of those at the shift and at the estimate.
tail_of <- function(found, estimated, direction, m, n) {
  excess <- direction * found[1]
  parts <- (found[-1] + estimated[-1]) / 2
  if (excess == 0) return(0.5)
  p <- if (sum(parts) == 0) 1 / choose(m + n, m) else {
    df <- sum(parts)^2 / sum(parts^2 / (c(m, n) - 1))
    pt(abs(excess) / sqrt(sum(parts)), df, lower.tail = FALSE)
  }
  if (min(m, n) < 15) {
    t <- if (sum(found[-1]) == 0) Inf else abs(excess) / sqrt(sum(found[-1]))
    p <- max(p, mean(permuted(m, n) >= t * (1 - 1e-12)) / 2)
  }
  if (excess < 0) 1 - p else p
}

# The first of some values that a test accepts, all after it being accepted too.
first_accepted <- function(values, accepts) {
  rejected <- 0
  found <- length(values)
  while (found - rejected > 1) {
    middle <- floor((rejected + found) / 2)
    if (accepts(values[middle])) found <- middle else rejected <- middle
  }
  values[found]
}

location <- function(pair) {
  a <- pair$a
  b <- pair$b
  m <- length(a)
  n <- length(b)
  differences <- outer(b, a, "-")
  values <- sort(unique(c(differences)))
  estimate <- median(differences)
  # Estimate and effect need no second value.
  result <- list(shift = estimate, cliffs_delta = mean(sign(differences)))
  if (min(m, n) < 2) return(result)
  estimated <- placed(differences, estimate, 0.5)
  p <- function(shift, same, direction) tail_of(placed(differences, shift, same), estimated, direction, m, n)
  interval <- function(confidence) {
    tail <- (1 - confidence) / 2
    I(c(
      first_accepted(values, function(shift) p(shift, 0, 1) >= tail),
      first_accepted(rev(values), function(shift) p(shift, 1, -1) >= tail)
    ))
  }
  margins <- c(2, 50, 1e6)
  own <- brunner_munzel(a, b)
  found <- placed(differences, 0, 0.5)
  if (sum(found[-1]) > 0) stopifnot(all.equal(own$t, found[1] / sqrt(sum(found[-1]))))
  c(result, list(
    t = own$t, df = own$df,
    p_two_sided = min(1, 2 * min(p(0, 0.5, 1), p(0, 0.5, -1))),
    interval_90 = interval(0.9), interval_95 = interval(0.95), margins = I(margins),
    p_above_lower = I(sapply(margins, function(margin) p(-margin, 0, 1))),
    p_below_upper = I(sapply(margins, function(margin) p(margin, 1, -1)))
  ))
}
write_cases("location.json", lapply(pairs, location))

sizes <- list(c(2, 2), c(2, 5), c(4, 4), c(6, 6), c(7, 9), c(3, 30))
write_cases("permuted_placements.json", lapply(sizes, function(size) {
  statistic <- permuted(size[1], size[2])
  t <- quantile(statistic[is.finite(statistic) & statistic > 0], c(0, 0.2, 0.5, 0.9, 1), type = 1, names = FALSE)
  list(m = size[1], n = size[2], t = I(t), survival = I(sapply(t, function(t) mean(statistic >= t * (1 - 1e-12)) / 2)),
    apart = mean(statistic == Inf) / 2)
}))
