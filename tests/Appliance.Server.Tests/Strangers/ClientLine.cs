namespace Appliance.Server.Tests.Strangers;

/// <summary>A line that a client printed: what became of a case, or that something has begun.</summary>
/// <param name="Case">The case's name; null when the line is an event.</param>
/// <param name="Ok">Whether it went well.</param>
/// <param name="Error">What went wrong, in the client's words; null when nothing did.</param>
/// <param name="Event">"streaming": its streams are open, and the appliance may be stopped.</param>
internal sealed record ClientLine(string? Case, bool Ok, string? Error, string? Event);
