namespace Appliance.Factors;

/// <summary>How a message ended, for the audit trail: never what it said or where it went.</summary>
/// <param name="Id">The message.</param>
/// <param name="SignerId">To whom.</param>
/// <param name="IsDelivered">False for one that was given up.</param>
/// <param name="IsGenuine">False for one whose row another hand changed.</param>
/// <param name="Attempts">Tries in all.</param>
/// <param name="Detail">Kind, channel, and the reason for giving up: fixed text.</param>
public sealed record NoticeReport(
    Guid Id, Guid SignerId, bool IsDelivered, bool IsGenuine, int Attempts, string Detail);
