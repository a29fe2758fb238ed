namespace Appliance.Load.Overload;

/// <summary>A request in flight: which hash of which activation, and when it was due.</summary>
internal readonly record struct OpenCall(int Activation, int Hash, long Due, int Phase);
