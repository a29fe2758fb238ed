namespace Appliance.Server.Commands.Checks;

/// <summary>How long certificates still last.</summary>
internal static class CertificateChecks
{
    private static readonly TimeSpan s_warning = TimeSpan.FromDays(30);

    public static void Report(CheckList list, string name, string detail, DateTimeOffset notAfter, DateTimeOffset now)
    {
        if (notAfter <= now)
        {
            list.Fail(name, $"{detail}; its certificate expired at {notAfter:u}.");
        }
        else if (notAfter - now <= s_warning)
        {
            list.Warn(name, $"{detail}; its certificate expires at {notAfter:u}, in less than 30 days.");
        }
        else
        {
            list.Ok(name, $"{detail}; its certificate is valid until {notAfter:u}.");
        }
    }
}
