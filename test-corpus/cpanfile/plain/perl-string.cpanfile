requires perl => '5.10.1';
