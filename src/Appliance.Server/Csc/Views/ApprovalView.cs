using System.Globalization;
using Appliance.Server.Csc.Answers;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc.Views;

/// <summary>An approval as whoever decides is shown it.</summary>
internal static class ApprovalView
{
    public const string Approved = "approved";
    public const string Denied = "denied";

    public static ApprovalAnswer Of(ApprovalInfo info, DateTimeOffset now) => new(
        info.Id.ToString("D"),
        StateOf(info, now),
        CscMethods.SignHash,
        info.SignerId.ToString("D"),
        info.CredentialId.ToString("D"),
        info.ClientId == Guid.Empty ? null : info.ClientId.ToString("D"),
        info.Client.Length == 0 ? null : info.Client,
        info.Description.Length == 0 ? null : info.Description,
        info.Count,
        info.HashAlgorithm,
        info.Hashes,
        Time(info.CreatedAt),
        Time(info.ExpiresAt),
        info.NeedsCode);

    private static string StateOf(ApprovalInfo info, DateTimeOffset now) => info.State switch
    {
        ApprovalState.Approved => Approved,
        ApprovalState.Denied => Denied,
        ApprovalState.Withdrawn => "withdrawn",
        _ => info.ExpiresAt > now.ToUnixTimeMilliseconds() ? "pending" : "expired",
    };

    /// <summary>RFC 3339, UTC.</summary>
    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
