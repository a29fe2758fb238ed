namespace Appliance.Ledger;

/// <summary>The names of refusals as the audit trail keeps them.</summary>
internal static class ReservationStatuses
{
    private static readonly string[] s_names = [.. Enum.GetNames<ReservationStatus>()];

    public static string NameOf(ReservationStatus status) => s_names[(int)status];
}
