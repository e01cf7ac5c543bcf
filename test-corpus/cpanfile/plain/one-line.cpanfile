requires 'A';requires 'B' ;requires 'C'=>'1';on(test=>sub{requires 'D';requires 'E'});
