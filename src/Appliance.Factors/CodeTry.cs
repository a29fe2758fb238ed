namespace Appliance.Factors;

/// <summary>The outcome of a try of a code.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Destination">
/// Where the accepted code had been sent: what its bearer has proven to receive. Null for any other status.
/// </param>
public readonly record struct CodeTry(CodeStatus Status, string? Destination);
