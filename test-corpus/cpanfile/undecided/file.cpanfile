requires 'A';
do './cpanfile.does-not-exist';
