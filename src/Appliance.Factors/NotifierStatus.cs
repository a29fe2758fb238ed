namespace Appliance.Factors;

/// <summary>What a <see cref="Notifier"/> is at.</summary>
/// <param name="InDelivery">Messages on their way now.</param>
/// <param name="Delivered">Since the start.</param>
/// <param name="GivenUp">Since the start.</param>
/// <param name="Retries">Attempts since the start that are going to be repeated.</param>
/// <param name="LastFault">Why an attempt last failed, a code; null when none did.</param>
public sealed record NotifierStatus(int InDelivery, long Delivered, long GivenUp, long Retries, string? LastFault);
