# The shift of two files with one number a line, by R: its estimate, its 95 % interval and the seconds it took.

paths <- commandArgs(trailingOnly = TRUE)
a <- scan(paths[1], quiet = TRUE)
b <- scan(paths[2], quiet = TRUE)
seconds <- system.time(found <- wilcox.test(b, a, conf.int = TRUE))[["elapsed"]]
numbers <- c(found$estimate, found$conf.int, seconds)
cat(sprintf("%.17g\n", numbers), sep = "")
