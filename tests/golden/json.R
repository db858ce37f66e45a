# JSON with 17 significant digits, so that every double is read back as the same double. One line a case.
# A vector of one element is a scalar unless wrapped in I(); NA, NaN and infinities become null.

json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    items <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(items, collapse = ","), "]"))
    return(paste0("{", paste0("\"", names(x), "\":", items, collapse = ","), "}"))
  }
  items <- if (is.character(x)) paste0("\"", x, "\"") else
    ifelse(is.finite(x), sprintf("%.17g", as.double(x)), "null")
  if (length(x) == 1 && !inherits(x, "AsIs")) items else paste0("[", paste(items, collapse = ","), "]")
}

# Writes a named or unnamed list of cases.
write_cases <- function(file, cases) {
  lines <- vapply(cases, json, "")
  named <- !is.null(names(cases))
  if (named) lines <- paste0("\"", names(cases), "\": ", lines)
  text <- c(if (named) "{" else "[", paste0(lines, c(rep(",", length(lines) - 1), "")), if (named) "}" else "]")
  writeLines(text, file)
}
