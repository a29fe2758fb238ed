using System.Globalization;
using Appliance.Durability.TestService;

// STORE SHIM RESTARTS: the ledger under load, in a process whose writes the preloaded SHIM records. Two runs over one
// store, each until its log was begun RESTARTS times anew; between them the store is closed with reservations open, at
// the end it is not closed at all. Marks go to the record whenever a caller would have been told that something lasts.
var marks = new Marks(args[1]);
var restarts = int.Parse(args[2], CultureInfo.InvariantCulture);
await Run.OnceAsync(args[0], marks, marks.LogRestarts + restarts, close: true);
await Run.OnceAsync(args[0], marks, marks.LogRestarts + restarts, close: false);
