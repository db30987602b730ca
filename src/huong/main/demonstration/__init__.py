"""Made-up data of a made-up month in Huế: true to itself and to the calendar, with the flaws of real files."""
