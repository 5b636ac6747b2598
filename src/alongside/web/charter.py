"""What proves each promise: names of tests in `tests/charter/`. A test sees that they are there.

A promise that is not in this table is not proved yet, and the page says so. Of one that is proved in part, it says
which part.
"""

from django.utils.translation import gettext_lazy

PROOFS: dict[int, tuple[str, ...]] = {
    3: (
        "test_at_every_step_everybody_reads_exactly_what_they_may",
        "test_nothing_changes_for_others_when_something_is_said_behind_a_closed_door",
        "test_a_hidden_thing_answers_byte_for_byte_like_a_missing_one",
        "test_completion_knows_only_rooms_that_one_reads",
        "test_a_mistyped_word_of_a_closed_room_answers_others_as_a_missing_one",
        "test_nothing_changes_for_others_when_a_note_is_kept_behind_a_closed_door",
    ),
    4: (
        "test_what_is_said_in_a_room_everybody_there_may_read",
        "test_a_guest_a_stranger_or_unknown_members_silence_it_in_the_room",
        "test_whatever_is_asked_for_nothing_that_it_knows_is_said_where_a_hearer_is_unknown",
        "test_who_comes_in_while_an_answer_is_on_its_way_hears_nothing_that_was_chosen_before",
    ),
    5: (
        "test_reading_and_looking_write_nothing_and_signing_in_writes_a_session",
        "test_what_somebody_looks_for_is_stored_nowhere",
        "test_there_is_no_column_in_which_somebody_could_be_watched",
        "test_from_somebody_lists_nothing",
    ),
    6: (
        "test_a_draft_that_a_machine_filled_is_kept_nowhere",
        "test_what_somebody_is_writing_is_read_by_them_alone",
        "test_what_the_keeper_left_out_is_in_no_note",
        "test_a_question_is_posted_by_its_askers_act_alone_word_for_word_and_once",
        "test_no_other_act_posts_in_anybodys_name",
        "test_what_a_machine_chose_says_so_and_becomes_a_note_by_a_persons_act_only",
    ),
    7: (
        "test_before_anybody_asked_it_in_nothing_of_a_room_is_written_down",
        "test_it_says_in_the_room_that_it_is_there_what_it_takes_in_and_how_to_end_it",
        "test_whatever_happens_it_takes_in_what_its_members_asked_it_to",
        "test_direct_messages_never_come_in",
        "test_a_sealed_room_is_read_by_nobody_and_in_no_index",
        "test_nobody_else_opens_it_an_administrator_included",
        "test_an_address_never_offers_a_deactivated_account",
        "test_who_pauses_is_found_by_nobody_now_and_in_later_imports",
        "test_who_is_forgotten_is_read_nowhere_by_nobody",
        "test_who_is_forgotten_in_a_tool_is_in_no_table_and_comes_back_by_nothing",
        "test_no_later_import_brings_anybody_back",
        "test_what_cannot_be_called_back_is_named_before_and_after",
    ),
    8: (
        "test_only_the_outbox_makes_what_goes_out",
        "test_only_the_sender_hands_a_post_to_a_tool",
        "test_a_reason_that_nobody_asked_for_is_refused_and_written_nowhere",
        "test_while_nobody_does_anything_nothing_is_said",
        "test_every_post_that_comes_by_itself_says_why_it_came",
        "test_every_post_that_comes_by_itself_says_how_it_never_comes_again_and_so_it_is",
    ),
    12: (
        "test_ones_own_words_go_along_and_nobody_elses_nor_what_is_sealed",
        "test_brought_into_an_empty_installation_it_reads_the_same",
    ),
}

SO_FAR = {
    8: gettext_lazy(
        "So far nothing is sent but what somebody asked for, and all of it passes one gate. How often and in which hours is"
        " asked there once something comes by itself."
    ),
}
