namespace Appliance.Load.Overload;

/// <summary>A part of an open loop.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Duration">How long.</param>
internal readonly record struct OpenPhase(double Rate, TimeSpan Duration);
