;;requires 'A';;;
;on test => sub {;requires 'B';;};
;
