namespace Appliance.Grpc.Tests.Strangers;

/// <summary>What each client must pass: a case that a client leaves out fails as one that goes wrong does.</summary>
public static class InteropCases
{
    /// <summary>
    /// Of "gRPC Interop Test Case Descriptions", but for those about credentials, a caching proxy or load balancers.
    /// </summary>
    private static readonly string[] s_published =
    [
        "empty_unary",
        "large_unary",
        "client_streaming",
        "server_streaming",
        "ping_pong",
        "empty_stream",
        "cancel_after_begin",
        "cancel_after_first_response",
        "timeout_on_sleeping_server",
        "status_code_and_message",
        "special_status_message",
        "unimplemented_method",
        "unimplemented_service",
        "custom_metadata",
        "client_compressed_unary",
        "client_compressed_streaming",
        "server_compressed_unary",
        "server_compressed_streaming",
    ];

    private static readonly string[] s_beyond =
    [
        "many_unary",
        "half_duplex",
        "paced_responses",
        "invalid_requests",
        "status_of_streams",
        "details_of_unary",
        "details_of_streams",
        "crash_keeps_its_text",
        "big_request",
        "big_response",
        "big_streamed_requests",
        "big_streamed_responses",
        "gzip_bomb",
        "gzip_both_ways",
        "unknown_encoding",
        "binary_metadata",
        "text_metadata",
        "concurrent_unary",
        "concurrent_streams",
        "more_streams_than_allowed",
        "slow_reader_of_responses",
        "slow_reader_of_requests",
        "deadline_of_each_shape",
        "cancellation_of_each_shape",
        "cancelled_at_once",
    ];

    public static TheoryData<string> All => [.. s_published, .. s_beyond];
}
