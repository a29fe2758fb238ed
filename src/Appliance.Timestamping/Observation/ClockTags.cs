namespace Appliance.Timestamping.Observation;

/// <summary>Tags of the instruments, and the words for results.</summary>
internal static class ClockTags
{
    public const string Unit = "tsa.unit";
    public const string Result = "tsa.result";
    public const string Source = "tsa.clock.source";
    public const string Server = "server.address";

    /// <summary>One of a dozen.</summary>
    public static string ResultOf(in StampResult result) => result.Status switch
    {
        StampStatus.Refused => "refused",
        StampStatus.Overloaded => "overloaded",
        StampStatus.StoreUnavailable => "store_unavailable",
        _ => result.Failure switch
        {
            TimestampFailure.None => "granted",
            TimestampFailure.BadAlgorithm => "bad_algorithm",
            TimestampFailure.BadRequest => "bad_request",
            TimestampFailure.BadDataFormat => "bad_data_format",
            TimestampFailure.TimeNotAvailable => "time_not_available",
            TimestampFailure.UnacceptedPolicy => "unaccepted_policy",
            TimestampFailure.UnacceptedExtension => "unaccepted_extension",
            TimestampFailure.AdditionalInformationNotAvailable => "additional_information_not_available",
            _ => "system_failure",
        },
    };

    public static string NameOf(ClockSources source) => source switch
    {
        ClockSources.Kernel => "kernel",
        ClockSources.Sntp => "ntp",
        ClockSources.Operator => "operator",
        _ => "wall",
    };
}
