# gnuplot -e "folder='tests/Benchmarks'" tests/Benchmarks/growth.gp
set terminal pngcairo size 900,420 font 'sans,10'
set output folder.'/growth.png'
set datafile separator '\t'
set multiplot layout 1,2 title 'PostgreSQL, one silo, load and database on the same 2 cores'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set boxwidth 0.9
set grid ytics
set yrange [0:*]
set key outside bottom center horizontal
set xlabel 'orders in the database'
set ylabel 'journeys/s'
plot "< awk '$2 == 8' ".folder.'/growth.tsv' using 3:xtic(1) title '8 clients', "< awk '$2 == 64' ".folder.'/growth.tsv' using 3 title '64 clients'
set ylabel 'p99, ms'
plot "< awk '$2 == 8' ".folder.'/growth.tsv' using 5:xtic(1) title '8 clients', "< awk '$2 == 64' ".folder.'/growth.tsv' using 5 title '64 clients'
unset multiplot
