# Pocock's bounds for equally spaced looks. Two ways: with 2 and 3 looks by R's own adaptive quadrature, one inside the
# other; with any number by the grid of Jennison and Turnbull (2000, section 19.2), which gsDesign has too.

# P(no crossing) of 2 or 3 looks: the sums stay below bound * sqrt(look).
uncrossed_adaptive <- function(looks, bound) {
  beyond <- function(f, upper) integrate(Vectorize(f), -Inf, upper, rel.tol = 1e-11, subdivisions = 500)$value
  last <- function(sum, look) pnorm(bound * sqrt(look) - sum)
  if (looks == 2) return(beyond(function(s) dnorm(s) * last(s, 2), bound))
  second <- function(s) beyond(function(t) dnorm(t - s) * last(t, 3), bound * sqrt(2))
  beyond(function(s) dnorm(s) * second(s), bound)
}

# Their grid of standardised sums, cut at the bound, with the weights of Simpson's rule; r = 100 instead of 16.
grid_below <- function(bound, r = 100) {
  x <- c(-3 - 4 * log(r / 1:(r - 1)), -3 + 3 * (r:(5 * r) - r) / (2 * r), 3 + 4 * log(r / (6 * r - (5 * r + 1):(6 * r - 1))))
  x <- c(x[x < bound], bound)
  m <- length(x)
  z <- numeric(2 * m - 1)
  z[seq(1, 2 * m - 1, 2)] <- x
  z[seq(2, 2 * m - 2, 2)] <- (x[-1] + x[-m]) / 2
  w <- numeric(2 * m - 1)
  for (i in 1:(m - 1)) {
    width <- x[i + 1] - x[i]
    at <- 2 * i - 1
    w[at + 0:2] <- w[at + 0:2] + width * c(1, 4, 1) / 6
  }
  list(z = z, w = w)
}
crossed_by_grid <- function(looks, bound) {
  grid <- grid_below(bound)
  total <- pnorm(bound, lower.tail = FALSE)
  h <- grid$w * dnorm(grid$z)
  for (look in 2:looks) {
    sums <- grid$z * sqrt(look - 1)
    total <- total + sum(h * pnorm(bound * sqrt(look) - sums, lower.tail = FALSE))
    h <- grid$w * sqrt(look) * drop(dnorm(outer(grid$z * sqrt(look), sums, "-")) %*% h)
  }
  total
}
pocock <- function(looks, tail, crossed) {
  uniroot(function(bound) log(crossed(looks, bound) / tail), qnorm(c(tail, tail / looks), lower.tail = FALSE),
    tol = 1e-12
  )$root
}
looks_cases <- list()
for (tail in c(0.25, 0.05, 0.025)) for (looks in c(2, 3, 4, 5, 10, 20)) {
  bound <- pocock(looks, tail, crossed_by_grid)
  adaptive <- if (looks <= 3 && tail == 0.05) pocock(looks, tail, function(looks, bound) 1 - uncrossed_adaptive(looks, bound)) else NA
  looks_cases[[length(looks_cases) + 1]] <- list(looks = looks, tail = tail, bound = signif(bound, 12), adaptive = signif(adaptive, 12))
}
write_cases("looks.json", looks_cases)
