# Measurements to Markdown: library, setting, case, threads, unit, median, minimum, check, tab separated.

function median(values, count,    i, j, value) {
  for (i = 2; i <= count; ++i) {
    value = values[i]
    for (j = i - 1; j >= 1 && values[j] > value; --j) values[j + 1] = values[j]
    values[j + 1] = value
  }
  return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

function number(value) {
  if (value >= 100) return sprintf("%.0f", value)
  if (value >= 10) return sprintf("%.1f", value)
  return sprintf("%.2f", value)
}

# Median and minimum over the rounds, "" where there was none.
function figure(key) {
  return key in middle ? number(middle[key]) " (" number(minimum[key]) ")" : (key in stopped ? "over " limit " s" : "")
}

# The faster of LibTorch's settings with no more threads than these; sets best_setting.
function best(name, threads,    i, key, value) {
  best_setting = ""
  value = 0
  for (i = 1; i <= settings; ++i) {
    key = "LibTorch/" setting_names[i] "/" name
    if (substr(setting_names[i], 1, 1) + 0 <= threads && key in middle && (best_setting == "" || middle[key] < value)) {
      value = middle[key]
      best_setting = setting_names[i]
    }
  }
  return value
}

# The goal in words and whether it is met; sets met.
function goal(name, threads, time, ratio, ratio_any,    text, wanted, most) {
  met = ""
  wanted = goals[name "/" threads]
  if (wanted == "") wanted = goals[name]
  if (wanted == "" && name ~ /^op_/) wanted = 0.83  # at most 1.2 times LibTorch's time
  most = most_time[name]
  text = ""
  if (wanted != "") text = wanted "x"
  if (most != "") text = (text == "" ? "" : text ", ") "at most " most " ns"
  if (name in loop_of) {
    text = "at most 1.10 of the tape loop"
    if (("gradtape/" threads "/" loop_of[name]) in middle) {
      wanted = time / middle["gradtape/" threads "/" loop_of[name]]
      met = sprintf("%s (%.2f)", wanted <= 1.1 ? "yes" : "no", wanted)
    }
    return text
  }
  if (text == "") return ""
  if (wanted != "" && ratio == "") return text
  met = (wanted != "" && ratio < wanted) || (most != "" && time > most) ? "no" : "yes"
  if (met == "yes" && wanted != "" && ratio_any < wanted) met = "yes; not against 2 threads"
  return text
}

BEGIN {
  settings = split("1 thread|2 threads|2 threads, BLAS 1", setting_names, "|")
  goals["tiny_op_1_forward_backward"] = goals["tiny_op_16_forward_backward"] = 40
  most_time["tiny_op_1_forward_backward"] = most_time["tiny_op_16_forward_backward"] = 200
  goals["linreg_scalar"] = 30
  goals["fashion_mlp_b32/1"] = 1.5
  goals["fashion_mlp_b32/2"] = 2.2
  goals["mnist_mlp_b128"] = 1.3
  goals["elementwise_16m"] = 4
  peer["fashion_mlp_b32_fit"] = "fashion_mlp_b32"
  loop_of["fashion_mlp_b32_fit"] = "fashion_mlp_b32"
  peer["predict_b1_predict"] = "predict_b1"
}

$4 == "stopped" { stopped[$1 "/" $2 "/" $3] = 1; next }

{
  key = $1 "/" $2 "/" $3
  if (!($3 in unit)) {
    names[++name_count] = $3
    unit[$3] = $5
  }
  values[key, ++counts[key]] = $6
  if (!(key in minimum) || $7 < minimum[key]) minimum[key] = $7
  checks[key] = $8
}

END {
  for (key in counts) {
    for (i = 1; i <= counts[key]; ++i) sorted[i] = values[key, i]
    middle[key] = median(sorted, counts[key])
  }

  print "Median over the rounds, minimum in brackets. The ratio is LibTorch's time through gradtape's: above 1, gradtape is"
  print "faster. LibTorch's best is that of its settings with no more threads than gradtape had; the ratio to the best of all"
  print "its settings stands beside it.\n"
  print "| case | threads | unit | gradtape | LibTorch, best | ratio | ratio to best of all | goal | met |"
  print "|---|---|---|---|---|---|---|---|---|"
  for (i = 1; i <= name_count; ++i) {
    name = names[i]
    other = name in peer ? peer[name] : name
    for (threads = 1; threads <= 2; ++threads) {
      key = "gradtape/" threads "/" name
      any = best(other, 1e9)
      peer_time = best(other, threads)
      if (!(key in middle) && (peer_time == 0 || threads > 1 && best_setting == "1 thread")) continue
      ratio = ratio_any = ""
      if (key in middle && peer_time > 0) {
        ratio = peer_time / middle[key]
        ratio_any = any / middle[key]
      }
      goal_text = key in middle ? goal(name, threads, middle[key], ratio, ratio_any) : ""
      if (!(key in middle)) met = ""
      peer_text = ratio_text = any_text = ""
      if (peer_time > 0) peer_text = figure("LibTorch/" best_setting "/" other) ", " best_setting
      if (ratio != "") ratio_text = "**" number(ratio) "**"
      if (ratio_any != "") any_text = number(ratio_any)
      printf("| %s | %d | %s | %s | %s | %s | %s | %s | %s |\n", name, threads, unit[name], figure(key), peer_text,
             ratio_text, any_text, goal_text, met)
      for (j = 1; j <= settings; ++j) {
        torch_key = "LibTorch/" setting_names[j] "/" other
        if (key in middle && torch_key in middle) {
          difference = checks[key] - checks[torch_key]
          if (difference < 0) difference = -difference
          size = checks[torch_key] < 0 ? -checks[torch_key] : checks[torch_key]
          if (!(difference <= 0.05 * size)) differing[name " (" checks[key] " and " checks[torch_key] ")"] = 1
        }
      }
    }
  }

  for (name in unit) for (j = 1; j <= settings; ++j) if (("LibTorch/" setting_names[j] "/" name) in middle) any_torch = 1
  if (!any_torch) {
    print "\nLibTorch was not found when this was built: gradtape's figures alone."
  } else {
    print "\nLibTorch at each setting (\"BLAS 1\": OPENBLAS_NUM_THREADS=1; at 1 thread, OpenBLAS has 1 too):\n"
    print "| case | unit | 1 thread | 2 threads | 2 threads, BLAS 1 |"
    print "|---|---|---|---|---|"
    for (i = 1; i <= name_count; ++i) {
      name = names[i]
      if (name in peer) continue
      printf("| %s | %s | %s | %s | %s |\n", name, unit[name], figure("LibTorch/" setting_names[1] "/" name),
             figure("LibTorch/" setting_names[2] "/" name), figure("LibTorch/" setting_names[3] "/" name))
    }
  }
  for (text in differing) print "\nThe two libraries' results differ by more than 5 %: " text "."
}
