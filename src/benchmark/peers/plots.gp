# Run in the folder with the data, which report.py has written.
set terminal svg size 860,420 dynamic background "white" font "sans-serif,12"
set datafile separator tab
set key outside right top noenhanced
set grid ytics lc rgb "#dddddd"
set style data linespoints

stats "rate.tsv" skip 1 nooutput
columns = STATS_columns

set logscale x 2
set xtics (1, 4, 16, 64, 256)
set xlabel "connections"

set output "rate.svg"
set ylabel "requests a second"
set yrange [0:*]
plot for [i=2:columns] "rate.tsv" using 1:i title columnheader(i) lw 2 pt 7 ps 0.6

set output "p99.svg"
set ylabel "99th percentile, ms"
set logscale y
set yrange [*:*]
plot for [i=2:columns] "p99.tsv" using 1:i title columnheader(i) lw 2 pt 7 ps 0.6

unset logscale
set output "starts.svg"
set key off
set xlabel "seconds from the start to the first token"
unset ylabel
set yrange [*:*] reverse
set xrange [0:*]
set xtics auto
set ytics noenhanced
set style fill solid 0.8
set boxwidth 0.6
plot "starts.tsv" skip 1 using ($2/2):0:($2/2):(0.3):ytic(1) with boxxyerror lc rgb "#4477aa"
