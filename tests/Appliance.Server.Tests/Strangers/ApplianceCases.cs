namespace Appliance.Server.Tests.Strangers;

/// <summary>What each client must pass: a case that a client leaves out fails as one that goes wrong does.</summary>
public static class ApplianceCases
{
    public static TheoryData<string> All =>
    [
        "service_info",
        "sign_in",
        "list_and_info",
        "sign_hash",
        "thousands_of_digests",
        "largest_request",
        "gzip_requests",
        "unknown_encoding",
        "metadata",
        "authorization",
        "revoked_token",
        "errors_with_details",
        "unimplemented",
        "stream_by_defaults",
        "stream_by_own_sads",
        "ping_pong",
        "one_answer_to_streamed_requests",
        "too_big_an_item",
        "deadline_exceeded",
        "cancelled_streams",
        "as_many_streams_as_allowed",
        "health_watch",
        "reflection_v1",
        "reflection_v1alpha",
        "csc_timestamp",
        "stamp_many",
        "stamp_stream",
        "stamp_ping_pong",
        "stamp_batch",
        "drain",
    ];
}
